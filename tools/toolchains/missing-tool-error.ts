/** A toolchain or a package index that something needs is missing on this machine. The message says what. */
export class MissingToolError extends Error {}
