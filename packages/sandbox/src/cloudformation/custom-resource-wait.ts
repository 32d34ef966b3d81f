import { type CustomResourceTransport, ResourceFailure } from './resource-type';

export interface AnswerWait {
  readonly response: ReturnType<CustomResourceTransport['openResponse']>;
  /** Fails when the request could not be delivered. */
  readonly delivered: Promise<void>;
  readonly milliseconds: number;
  /** Aborted when a sibling's failure cancels the request. */
  readonly signal: AbortSignal;
  /** Abandons a cancelled request at once; its handler keeps running (aws-facts CR-15). */
  readonly givesUp: boolean;
}

/**
 * The body of the answer. Fails when the request could not be delivered, when the timeout expires (the text is an
 * observed one, see aws-facts CR-8), or when it is cancelled. The URL of a cancelled request stays open until it
 * expires, as a pre-signed URL does.
 */
export function waitForAnswer({ response, delivered, milliseconds, signal, givesUp }: AnswerWait): Promise<string> {
  return new Promise((resolve, reject) => {
    let isOpen = true;
    const end = (finish: () => void): void => {
      if (!isOpen) return;
      isOpen = false;
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      response.close();
      finish();
    };
    const giveUp = (): void => {
      reject(new ResourceFailure('Resource operation cancelled'));
    };
    const fail = (error: Error): void => end(() => reject(error));
    const expire = (): void => fail(new ResourceFailure('Custom Resource failed to stabilize in expected time'));
    // A process whose sandbox is closed does not stay for an answer that cannot come any more.
    const timer = setTimeout(expire, milliseconds).unref();
    response.answer.then((body) => end(() => resolve(body)), fail);
    delivered.catch(fail);
    if (givesUp && signal.aborted) giveUp();
    else if (givesUp) signal.addEventListener('abort', giveUp, { once: true });
  });
}
