// Names that two parts of the stack must agree on.

/** Name of the stack, unless the configuration gives it another. */
export const DEFAULT_STACK_NAME = 'Gatehouse';

/** Stage of every REST API. It is a literal, because a reference to the stage would close a cycle with the distribution. */
export const STAGE_NAME = 'prod';

/** Header with the viewer's address, as CloudFront saw it. */
export const VIEWER_HEADER = 'x-gatehouse-viewer';

/** Header with the origin secret, which CloudFront adds to every request and only the firewall knows as well. */
export const ORIGIN_HEADER = 'x-gatehouse-origin';

/** Tag of every signing key. It lets the operator find the keys after the stack is deleted. */
export const KEY_TAG = 'gatehouse:stack';

/** Tag of every signing key with the name of the table that holds its ring. No two deployments share a table. */
export const RING_TAG = 'gatehouse:ring';

/** Tag of every secret that outlives the stack, with the id of the stack, which is never used again. */
export const STACK_ID_TAG = 'gatehouse:stack-id';
