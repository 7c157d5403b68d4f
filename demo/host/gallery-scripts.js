// The examples that need a line of script. The gallery shows each function's body beside its tag.
export const scripts = {
  'bad-contract'({ frame, contract, say }) {
    try {
      frame.contract = contract({ name: 'acme.tickets', version: 'one' });
    } catch (error) {
      say(error);
    }
  },

  'contract-mismatch'({ frame, contract }) {
    frame.contract = contract({ name: 'acme.invoices', version: '1.0.0' });
  },

  'version-mismatch'({ frame, contract }) {
    frame.contract = contract({ name: 'acme.tickets', version: '2.0.0' });
  },
};
