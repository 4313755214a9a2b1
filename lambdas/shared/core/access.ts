/** Who may come in: everyone, or any person whom one of the rules names. */
export type AccessRules =
  | 'everyone'
  | { readonly emails?: readonly string[] | undefined; readonly emailDomains?: readonly string[] | undefined };

/** What the rules look at. */
export interface AccessSubject {
  readonly email?: string;
  readonly emailVerified: boolean;
}

/** Whether the rules let this person in. An e-mail address that the provider did not verify counts for nothing (#155). */
export const isAllowed = (person: AccessSubject, rules: AccessRules): boolean => {
  if (rules === 'everyone') return true;
  if (person.email === undefined || !person.emailVerified) return false;
  const email = lowerAscii(person.email);
  const domain = email.slice(email.lastIndexOf('@') + 1);
  if (domain === email) return false;
  return (
    (rules.emails ?? []).some((allowed) => lowerAscii(allowed) === email) ||
    (rules.emailDomains ?? []).some((allowed) => lowerAscii(allowed) === domain)
  );
};

/** Only A to Z: Unicode folding would turn the Kelvin sign into a k, and so one address into another. */
const lowerAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
