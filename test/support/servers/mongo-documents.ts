import { isDeepStrictEqual } from 'node:util';

/** A document as it comes out of BSON. */
export type Fields = Readonly<Record<string, unknown>>;

/** The documents of a collection, and as much of MongoDB's language as the session store speaks. */
export class MongoDocuments {
  private documents: Fields[] = [];
  readonly indexes: Fields[] = [];

  find(filter: Fields): Fields[] {
    return this.documents.filter((document) => matches(document, filter));
  }

  /** False: there is one with this `_id`. */
  insert(document: Fields): boolean {
    if (this.documents.some(({ _id: id }) => isDeepStrictEqual(id, document['_id']))) return false;
    this.documents.push(document);
    return true;
  }

  /** How many matched; one is changed at most. */
  update(filter: Fields, change: Fields): number {
    const index = this.documents.findIndex((document) => matches(document, filter));
    const former = this.documents[index];
    if (former === undefined) return 0;
    const set: unknown = change['$set'];
    this.documents[index] = isFields(set) ? { ...former, ...set } : { _id: former['_id'], ...change };
    return 1;
  }

  /** @param limit 0: all. */
  delete(filter: Fields, limit: number): number {
    const found = this.find(filter).slice(0, limit === 0 ? undefined : limit);
    this.documents = this.documents.filter((document) => !found.includes(document));
    return found.length;
  }
}

function matches(document: Fields, filter: Fields): boolean {
  return Object.entries(filter).every(([field, condition]) => holds(document[field], condition));
}

function holds(value: unknown, condition: unknown): boolean {
  if (!isFields(condition) || !Object.keys(condition).some((name) => name.startsWith('$'))) {
    return isDeepStrictEqual(value, condition);
  }
  return Object.entries(condition).every(([operator, operand]: [string, unknown]) => {
    switch (operator) {
      case '$eq':
        return isDeepStrictEqual(value, operand);
      case '$ne':
        return !isDeepStrictEqual(value, operand);
      case '$gt':
        return value instanceof Date && operand instanceof Date && value > operand;
      case '$not':
        return !holds(value, operand);
      default:
        throw new Error(`The stand-in for MongoDB does not know ${operator}.`);
    }
  });
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
