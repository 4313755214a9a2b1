// The part of DynamoDB's JSON that we store, without the SDK, because the authorizer reads it too.

/** One attribute value in DynamoDB's notation. */
export type Attribute =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly L: readonly Attribute[] }
  | { readonly M: Attributes };

export type Attributes = Readonly<Record<string, Attribute>>;

/** Version of the shape of rows. Raise it when code for the former shape would misread a row. */
export const SCHEMA_VERSION = 1;

/** Converts a value to an attribute. Members that are undefined are left out. */
export const toAttribute = (value: unknown): Attribute => {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  if (typeof value === 'object') return { M: toAttributes(value) };
  throw new TypeError(`a ${typeof value} cannot be stored`);
};

export const toAttributes = (value: object): Record<string, Attribute> =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, toAttribute(member)]),
  );

const fromAttribute = (attribute: unknown): unknown => {
  const [[type, value] = []] = Object.entries(attribute ?? {});
  if (type === 'S' && typeof value === 'string') return value;
  if (type === 'N') return Number(value);
  if (type === 'BOOL') return value === true;
  if (type === 'NULL') return null;
  if (type === 'L' && Array.isArray(value)) return value.map(fromAttribute);
  if (type === 'M') return fromAttributes(value);
  throw new Error(`unexpected attribute type ${type}: the row was not written by this version`);
};

const fromAttributes = (attributes: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, fromAttribute(attribute)]));

/** Attributes that every row has in addition to its record. */
export interface RowMarks {
  /** Random id of the latest write. */
  readonly operationId?: string;
  readonly schemaVersion: number;
}

/**
 * Converts a row to its record.
 *
 * @throws Error when the schema version of the row is not the one that this code writes
 */
export const fromRow = <T>(row: object): T & RowMarks => {
  const record = fromAttributes(row) as T & RowMarks;
  if (record.schemaVersion !== SCHEMA_VERSION) {
    throw new Error(
      `row has schema version ${record.schemaVersion}, expected ${SCHEMA_VERSION}: deploy a newer version`,
    );
  }
  return record;
};

/** Removes the attributes that are not part of the record. */
export const recordOf = <T extends object>(row: T & RowMarks): T => {
  const { operationId: _operationId, schemaVersion: _schemaVersion, ...record } = row;
  return record as unknown as T;
};
