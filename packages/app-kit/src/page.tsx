import type { Child } from "hono/jsx";

/** What a page is made of. */
export interface PageProps {
  title: string;
  /** For search engines and link previews. */
  description: string;
  /** Name in the navigation bar, linked to /. */
  brand: string;
  /** Further links of the navigation bar: text -> address. */
  links?: Readonly<Record<string, string>>;
  /** Stands at the end of the navigation bar, e.g. a form to sign out. */
  navigationEnd?: Child;
  /** Address of the current page; its link is marked. */
  current?: string;
  stylesheets: readonly string[];
  /** Module scripts; the page works without them. */
  scripts?: readonly string[];
  children?: Child;
}

/** The shell of every page of every app: language, view port, colour scheme, skip link, navigation, main. */
export function Page(props: PageProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content={props.description} />
        <title>{props.title}</title>
        <link rel="icon" href="data:," />
        {props.stylesheets.map((href) => (
          <link rel="stylesheet" href={href} />
        ))}
        {props.scripts?.map((src) => (
          <script type="module" src={src}></script>
        ))}
      </head>
      <body>
        <a class="skip-link" href="#main">
          Skip to content
        </a>
        <header class="container">
          <nav aria-label="Main">
            <ul>
              <li>
                <a class="brand" href="/">
                  {props.brand}
                </a>
              </li>
            </ul>
            <ul>
              {Object.entries(props.links ?? {}).map(([text, href]) => (
                <li>
                  <a href={href} aria-current={props.current === href ? "page" : undefined}>
                    {text}
                  </a>
                </li>
              ))}
              {props.navigationEnd === undefined ? null : <li>{props.navigationEnd}</li>}
            </ul>
          </nav>
        </header>
        <main class="container" id="main">
          {props.children}
        </main>
      </body>
    </html>
  );
}
