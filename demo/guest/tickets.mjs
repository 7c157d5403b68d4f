// The ticket system's own data: `age` is in days, `customer` is the CRM's number.
const list = `
T-1042 | 7  | high   | 0  | Priya Nair    | Reminders go out an hour late since the clocks changed
T-1038 | 7  | normal | 2  | Sam Okafor    | Invoice of October shows the old address
T-1017 | 7  | low    | 11 | Priya Nair    | Let two dentists share one calendar
T-1040 | 12 | normal | 1  | Ola Lie       | Please add two seats from December on
T-1041 | 19 | high   | 0  | Inês Duarte   | Night audit stops at room 412
T-1036 | 19 | high   | 3  | Rui Matos     | Cannot sign in after the update
T-1029 | 19 | normal | 6  | Inês Duarte   | Export of guests ends at 10,000 rows
T-1011 | 19 | low    | 14 | Carla Pinto   | Dark mode for the front desk
T-1039 | 23 | high   | 1  | Bram de Wit   | Webhook of a delivery arrives twice
T-1033 | 23 | normal | 4  | Anouk Visser  | Map shows yesterday's position for truck 88
T-1021 | 23 | normal | 9  | Bram de Wit   | Single sign-on for the Antwerp office
T-1031 | 42 | normal | 5  | Livia Steiner | Plans of more than 50 MB do not upload
T-1027 | 42 | low    | 7  | Jonas Frei    | Umlauts are missing in the printed report
T-1037 | 64 | high   | 2  | Ewa Kowalska  | Prices in złoty are rounded to whole numbers
T-1024 | 64 | normal | 8  | Marek Nowak   | Stock of the second warehouse is not counted
T-1034 | 78 | normal | 3  | Noé Garnier   | Signed contracts open in the wrong language
`;

/** All tickets, open. */
export const newTickets = () =>
  list
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([id, customer, priority, age, by, title]) => ({
      id,
      customer: Number(customer),
      priority,
      age: Number(age),
      by,
      title,
      open: true,
    }));
