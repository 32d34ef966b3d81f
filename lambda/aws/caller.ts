import { GetCallerIdentityCommand, STSClient } from './seldom-clients';
import { sendingOptions } from './sending-options';

/** The ARN of whoever calls AWS with the credentials at hand; undefined when STS does not say. */
export async function callerArn(client = new STSClient(sendingOptions())): Promise<string | undefined> {
  try {
    return (await client.send(new GetCallerIdentityCommand({}))).Arn;
  } catch {
    return undefined;
  }
}
