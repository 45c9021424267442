/**
 * As much of the DOM as tests speak of in functions that they send to the page. The whole of
 * TypeScript's `dom` does not go together with what the rest of the repository is checked against.
 */
export {};

interface PageElement {
  readonly children: ArrayLike<PageElement>;
  readonly className: string;
  readonly clientHeight: number;
  readonly clientWidth: number;
  readonly scrollHeight: number;
  readonly scrollWidth: number;
  readonly tagName: string;
  readonly textContent: string | null;
  readonly innerText: string;
  readonly outerHTML: string;
  readonly shadowRoot: PageElement | null;
  href: string;
  id: string;
  scrollTop: number;
  append(...elements: (PageElement | string)[]): void;
  click(): void;
  closest(selector: string): PageElement | null;
  focus(): void;
  getAttribute(name: string): string | null;
  getBoundingClientRect(): { left: number; right: number; top: number; bottom: number };
  matches(selector: string): boolean;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement> & { readonly length: number };
  remove(): void;
}

declare global {
  const document: PageElement & {
    readonly activeElement: PageElement | null;
    readonly body: PageElement;
    readonly documentElement: PageElement;
    readonly title: string;
    createElement(name: string): PageElement;
  };
  const innerWidth: number;
  const innerHeight: number;
}
