/** Where an AWS service is, and with which credentials to call it, for code that does without the SDK. */
export interface AwsService {
  readonly region: string;
  /** Origin of the service's API. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AwsRequest {
  /** Begins with a slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A signed POST request, ready to be sent. */
export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

/** Signs a POST request to one AWS service. */
export type SignRequest = (request: AwsRequest) => Promise<SignedRequest>;
