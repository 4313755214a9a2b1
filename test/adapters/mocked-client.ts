import { mockClient } from 'aws-sdk-client-mock';

/**
 * Mocks all clients of one class of the AWS SDK for the test file that calls this. Test files share a process, so the
 * mock must end with the file.
 *
 * @param client the class, such as `KMSClient`
 * @returns the mock; it forgets its answers and calls before each test
 */
export const mockedClient: typeof mockClient = (client) => {
  const mock = mockClient(client);
  beforeEach(() => {
    mock.reset();
  });
  afterAll(() => mock.restore());
  return mock;
};
