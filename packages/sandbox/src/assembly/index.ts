export { readAssembly, selectStacks } from './cloud-assembly';
export { publishAssets } from './publish-assets';
export { type StackInput, stackInputs } from './stack-inputs';
