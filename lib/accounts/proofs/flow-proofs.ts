import { Proofs } from './proofs.js';

/** Proofs that anybody can make without an account or a mail: however many there are, they leave room for those in mails. */
export class FlowProofs extends Proofs {
  constructor(...[settings, ...others]: ConstructorParameters<typeof Proofs>) {
    super({ ...settings, kind: 'flows' }, ...others);
  }
}
