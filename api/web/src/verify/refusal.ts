// Why something is not accepted: a stable code of docs/formats/errors.md and a sentence in each language.

export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly zh: string,
    readonly en: string,
  ) {
    super(`${code}: ${en}`);
    this.name = "Refusal";
  }
}

export function refuse(code: string, zh: string, en: string): never {
  throw new Refusal(code, zh, en);
}
