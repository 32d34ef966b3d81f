import type { FunctionErrorDocument } from '../protocol';

/** What the runtime answers for a thrown value, which need not be an Error. */
export function errorDocument(error: unknown): FunctionErrorDocument {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: textOf(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

export function rejectionDocument(reason: unknown): FunctionErrorDocument {
  const document = errorDocument(reason);
  return {
    ...document,
    errorType: 'Runtime.UnhandledPromiseRejection',
    errorMessage: reason instanceof Error ? `${reason.name}: ${reason.message}` : document.errorMessage,
  };
}

/** The names that Lambda gives to a handler that cannot be loaded. */
export function loadError(error: unknown): FunctionErrorDocument {
  const document = errorDocument(error);
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
    return { ...document, errorType: 'Runtime.ImportModuleError', errorMessage: `Error: ${document.errorMessage}` };
  }
  return error instanceof SyntaxError ? { ...document, errorType: 'Runtime.UserCodeSyntaxError' } : document;
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? (JSON.stringify(value) ?? '') : String(value);
}
