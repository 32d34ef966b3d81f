import mysql from 'mysql2/promise';
import type { EngineUnderTest } from '../../../packages/sandbox/test/services/rds-data/engines';
import { CrashingWorld } from '../../support/crashing-world';
import { type MysqlUnderTest, openMysql } from './sql-databases';

/** A database on a MySQL server behind the Data API, and what one sees of it from outside. */
export class MysqlWorld {
  private constructor(
    readonly database: MysqlUnderTest,
    private readonly connection: mysql.Connection,
    private readonly name: string,
  ) {}

  static async open(engine: EngineUnderTest): Promise<MysqlWorld> {
    const database = await openMysql(engine);
    const { rows } = await database.api.execute('SELECT DATABASE() AS name');
    const name = String(rows[0]?.name);
    const connection = await mysql.createConnection({
      uri: engine.mysqlUrl!,
      database: name,
      multipleStatements: true,
    });
    return new MysqlWorld(database, connection, name);
  }

  /** A world in memory whose SQL database is this one. */
  world(): CrashingWorld {
    const world = new CrashingWorld();
    world.targets.databases.set('users-1', { open: (lease) => this.database.target(lease) });
    return world;
  }

  /** As the application or another person would. */
  async execute(sql: string): Promise<void> {
    await this.connection.query(sql);
  }

  /** Removes everything. */
  async empty(): Promise<void> {
    const all = (await this.objects()).map(([kind, name]) => `DROP ${kind} IF EXISTS \`${name}\``);
    await this.execute(['SET FOREIGN_KEY_CHECKS = 0', ...all, 'SET FOREIGN_KEY_CHECKS = 1'].join('; '));
  }

  /** The whole schema and all rows, without what the protocol keeps and without the next number of AUTO_INCREMENT. */
  async content(): Promise<readonly string[]> {
    const lines: string[] = [];
    for (const [kind, name] of await this.objects()) {
      if (name.startsWith('cdk_migrations_')) continue;
      const [definition] = await this.connection.query<mysql.RowDataPacket[]>(`SHOW CREATE ${kind} \`${name}\``);
      const text = Object.entries(definition[0]!).find(([column]) => /^(Create |SQL Original)/.test(column))?.[1];
      lines.push(String(text).replace(/ AUTO_INCREMENT=\d+/, ''));
      if (kind !== 'TABLE') continue;
      const [rows] = await this.connection.query<mysql.RowDataPacket[]>(`SELECT * FROM \`${name}\` ORDER BY 1`);
      lines.push(...rows.map((row) => `${name} ${JSON.stringify(row)}`));
    }
    return lines.map((line) => line.replaceAll(this.name, 'app'));
  }

  private async objects(): Promise<readonly (readonly [kind: string, name: string])[]> {
    const [rows] = await this.connection.query<mysql.RowDataPacket[]>(
      `SELECT IF(table_type = 'VIEW', 'VIEW', 'TABLE') AS kind, table_name AS name
         FROM information_schema.tables WHERE table_schema = DATABASE()
       UNION ALL SELECT routine_type, routine_name FROM information_schema.routines WHERE routine_schema = DATABASE()
       UNION ALL SELECT 'TRIGGER', trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()
       ORDER BY 1 DESC, 2`,
    );
    return rows.map(({ kind, name }) => [String(kind), String(name)] as const);
  }

  async close(): Promise<void> {
    await this.connection.end();
    await this.database.close();
  }
}
