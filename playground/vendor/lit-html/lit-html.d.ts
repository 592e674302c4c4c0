/** The part of lit-html that the page uses, for checking its types. */

/** A template with its values, which `render` writes. */
export interface TemplateResult {
  readonly strings: TemplateStringsArray;
}

/** Renders nothing; as the value of an attribute, removes it. */
export const nothing: unique symbol;

export function html(strings: TemplateStringsArray, ...values: unknown[]): TemplateResult;
export function render(value: unknown, container: HTMLElement): void;
