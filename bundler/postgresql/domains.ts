import type { Node } from './parser';
import { qualified, texts } from './tree';
import { type ColumnType, columnType } from './types';

interface Domain {
  readonly type: ColumnType;
  readonly isConstrained: boolean;
}

/** The domains that the migrations of a target have made so far. */
export class KnownDomains {
  #domains = new Map<string, Domain>();

  /** What a domain with a constraint is made of; undefined for every other type. */
  constrained(type: string): ColumnType | undefined {
    const domain = this.#domains.get(type);
    return domain?.isConstrained ? domain.type : undefined;
  }

  /** What the values of a type are stored as: those of a domain as what it is made of. */
  storedAs(type: ColumnType): ColumnType {
    const domain = type.isArray ? undefined : this.#domains.get(type.name);
    return domain ? this.storedAs(domain.type) : type;
  }

  /** Follows what a node of a statement does. */
  apply(node: Node): void {
    if ('CreateDomainStmt' in node) {
      const { domainname, typeName, constraints = [] } = node.CreateDomainStmt;
      const isConstrained = constraints.some(
        (part) => 'Constraint' in part && /^CONSTR_(CHECK|NOTNULL)$/.test(part.Constraint.contype ?? ''),
      );
      if (typeName) this.#domains.set(qualified(texts(domainname)), { type: columnType(typeName), isConstrained });
    } else if ('AlterDomainStmt' in node && /^[CO]$/.test(node.AlterDomainStmt.subtype ?? '')) {
      const name = qualified(texts(node.AlterDomainStmt.typeName));
      const domain = this.#domains.get(name);
      if (domain) this.#domains.set(name, { ...domain, isConstrained: true });
    }
  }
}
