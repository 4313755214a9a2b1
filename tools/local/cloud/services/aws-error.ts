/** An error as an AWS service names it; the SDK throws it on the caller's side under the same name. */
export class AwsError extends Error {
  readonly status: number;

  /** @param name such as `ResourceNotFoundException`; @param status HTTP status, 400 unless it is the service's fault */
  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

export const validationError = (message: string): AwsError => new AwsError('ValidationException', message);
