type Optional<T> = { [Name in keyof T]: undefined extends T[Name] ? Name : never }[keyof T];

/** The same members; those that may be undefined are optional instead. */
export type WithoutUndefined<T> = { [Name in Exclude<keyof T, Optional<T>>]: T[Name] } & {
  [Name in Optional<T>]?: Exclude<T[Name], undefined>;
};

/**
 * Leaves out the members that are undefined, so that an absent value is an absent member.
 *
 * @param members an object literal
 * @returns a new object
 */
export const withoutUndefined = <const T extends object>(members: T): WithoutUndefined<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as WithoutUndefined<T>;
