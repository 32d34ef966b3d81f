import type { Sandbox } from '@cdk-migrations/sandbox';

type Row = Readonly<Record<string, unknown>>;

/** The nutrition service as its users reach it: every call runs the deployed Lambda function. */
export class Application {
  constructor(
    private readonly sandbox: Sandbox,
    private readonly functionName: string,
  ) {}

  async addUser(name: string): Promise<number> {
    const [user] = (await this.call('addUser', { name, email: `${name.toLowerCase()}@example.com` })) as readonly Row[];
    return Number(user?.['id']);
  }

  async logMeals(userId: number, tag: string, times: number): Promise<void> {
    for (let i = 0; i < times; i += 1) await this.call('recordEvent', { userId, event: 'meal_logged', tag });
  }

  async addMealPlan(userId: number, day: string, week: string, diet: string): Promise<void> {
    await this.call('addMealPlan', { userId, day, week, diet, meals: ['breakfast', 'lunch', 'dinner'] });
  }

  async setDiet(userId: number, diet: string): Promise<void> {
    await this.call('setDiet', { userId, diet });
  }

  listUsers(): Promise<readonly Row[]> {
    return this.call('listUsers') as Promise<readonly Row[]>;
  }

  analytics(): Promise<readonly Row[]> {
    return this.call('analytics') as Promise<readonly Row[]>;
  }

  mealPlansOfWeek(week: string): Promise<readonly Row[]> {
    return this.call('mealPlansOfWeek', { week }) as Promise<readonly Row[]>;
  }

  private call(action: string, input: object = {}): Promise<unknown> {
    return this.sandbox.invoke(this.functionName, { action, ...input });
  }
}
