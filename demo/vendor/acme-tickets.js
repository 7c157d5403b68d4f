// What the vendor publishes: one script, and its users write one tag.
import { defineWidget } from '../../dist/index.js';
import { tickets } from '../tickets.contract.js';

defineWidget('acme-tickets', {
  contract: tickets,
  src: '__GUEST__/widget',
  props: { customerId: Number },
  host: { confirm: (question) => window.confirm(question) },
});
