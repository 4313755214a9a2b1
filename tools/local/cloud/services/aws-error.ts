/** An error of an AWS service. The SDK throws it in the caller under the same name. */
export class AwsError extends Error {
  readonly status: number;

  /**
   * @param name such as `ResourceNotFoundException`
   * @param status HTTP status; 500 for faults of the service
   */
  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

export const validationError = (message: string): AwsError => new AwsError('ValidationException', message);
