import { data } from 'cdk-migrations/authoring';

interface Plan {
  userId: string;
  day: string;
  /** Of the first release, such as '150 g'. */
  portion?: string;
  amount?: number;
  unit?: string;
}

export default data({
  dependsOn: ['1.1.0'],
  source: 'mealPlans',
  // A demo cannot wait: beside an application that must not feel it, leave this out.
  latencyBudget: 'none',

  transform: ({ portion, ...plan }: Plan): Plan => {
    if (portion === undefined) return plan;
    const [amount, unit] = portion.split(' ');
    return { ...plan, amount: Number(amount), unit };
  },

  // Not every plan says how much.
  validate: ({ amount, unit }) =>
    (amount === undefined) === (unit === undefined) && !Number.isNaN(amount) ? true : 'amount and unit do not fit',
});
