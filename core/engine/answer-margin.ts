/** Milliseconds kept free before CloudFormation stops waiting, so that the answer still arrives. */
export const answerMargin = 30_000;
