/** A piece of a line: words, or the link; without an address where it is not to be shown. */
export type LetterPiece = string | { href: string | undefined }

export type LetterProps = {
  /** Whose message it is: the tournament's name, or the site's. */
  heading: string
  subject: string
  paragraphs: LetterPiece[][][]
  linkLabel: string
  /** Stands where a link is not shown. */
  noLink: string
  footer: string
  lang?: string
}

/**
 * Mail programs know little CSS: tables for the frame, the looks on each element. Those that know media queries show it dark on a dark
 * screen, by classes. Nothing is fetched from anywhere.
 */
const DARK = `
  @media (prefers-color-scheme: dark) {
    .page, body { background: #0b1220 !important; }
    .sheet { background: #14213a !important; border-color: #2b3b59 !important; }
    .words, .words a { color: #e6edf7 !important; }
    .quiet { color: #a9b7cc !important; }
    .band { background: #060d18 !important; }
    .action a { background: #8ec2ff !important; color: #06182c !important; }
  }
`
const FONT = "font-family: -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Helvetica, Arial, sans-serif;"
const WORDS = `${FONT} font-size: 16px; line-height: 1.55; color: #0b1220;`

/** A message as a mail's HTML. */
export function MailLetter({ heading, subject, paragraphs, linkLabel, noLink, footer, lang = 'en' }: LetterProps) {
  return (
    <html lang={lang}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta name="format-detection" content="telephone=no, date=no, address=no" />
        <title>{subject}</title>
        <style>{DARK}</style>
      </head>
      <body style="margin: 0; padding: 0; background: #eef1f6;">
        <table
          role="presentation"
          class="page"
          width="100%"
          cellPadding="0"
          cellSpacing="0"
          style="background: #eef1f6;"
        >
          <tr>
            <td align="center" style="padding: 16px 8px;">
              <table
                role="presentation"
                class="sheet"
                width="100%"
                cellPadding="0"
                cellSpacing="0"
                style="max-width: 600px; background: #ffffff; border: 1px solid #d5dce7; border-radius: 8px; overflow: hidden;"
              >
                <tr>
                  <td class="band" style="background: #0e2238; padding: 16px 24px;">
                    <p style={`${FONT} margin: 0; font-size: 17px; font-weight: 700; color: #ffffff;`}>{heading}</p>
                  </td>
                </tr>
                <tr>
                  <td style="padding: 24px 24px 8px;">
                    {paragraphs.map((lines, index) => (
                      <Paragraph key={index} lines={lines} linkLabel={linkLabel} noLink={noLink} />
                    ))}
                  </td>
                </tr>
                <tr>
                  <td style="padding: 8px 24px 20px;">
                    <p class="quiet" style={`${FONT} margin: 0; font-size: 13px; line-height: 1.5; color: #475569;`}>
                      {footer}
                    </p>
                  </td>
                </tr>
              </table>
            </td>
          </tr>
        </table>
      </body>
    </html>
  )
}

type ParagraphProps = Pick<LetterProps, 'linkLabel' | 'noLink'> & { lines: LetterPiece[][] }

/** Lines under each other; a link that has a line for itself is a button. */
function Paragraph({ lines, linkLabel, noLink }: ParagraphProps) {
  const groups = groupLines(lines)
  return (
    <>
      {groups.map((group, index) =>
        isLinkAlone(group[0]!) ? (
          <Action key={index} link={group[0]![0] as { href: string | undefined }} label={linkLabel} noLink={noLink} />
        ) : (
          <p key={index} class="words" style={`${WORDS} margin: 0 0 16px; overflow-wrap: anywhere;`} dir="auto">
            {group.map((line, at) => (
              <>
                {at > 0 && <br />}
                {line.map((piece) => (typeof piece === 'string' ? piece : <InlineLink {...piece} noLink={noLink} />))}
              </>
            ))}
          </p>
        ),
      )}
    </>
  )
}

/** Lines that stand together, and each link that stands alone for itself. */
function groupLines(lines: LetterPiece[][]): LetterPiece[][][] {
  const groups: LetterPiece[][][] = []
  for (const line of lines) {
    const last = groups.at(-1)
    if (last && !isLinkAlone(line) && !isLinkAlone(last[0]!)) last.push(line)
    else groups.push([line])
  }
  return groups
}

const isLinkAlone = (line: LetterPiece[]) => line.length === 1 && typeof line[0] !== 'string'

function InlineLink({ href, noLink }: { href: string | undefined; noLink: string }) {
  if (href === undefined) return <>{noLink}</>
  return (
    <a href={href} style="color: #0b5cad;">
      {href}
    </a>
  )
}

/** The step to take; its address stands below it for whoever cannot press it. */
function Action({ link, label, noLink }: { link: { href: string | undefined }; label: string; noLink: string }) {
  const look = `${FONT} display: inline-block; padding: 12px 22px; border-radius: 6px; background: #0b5cad; color: #ffffff; font-size: 16px; font-weight: 600; text-decoration: none;`
  return (
    <>
      <p class="action" style="margin: 0 0 8px;">
        {link.href === undefined ? (
          <span style={look}>{label}</span>
        ) : (
          <a href={link.href} style={look}>
            {label}
          </a>
        )}
      </p>
      <p
        class="quiet"
        style={`${FONT} margin: 0 0 16px; font-size: 13px; line-height: 1.5; color: #475569; overflow-wrap: anywhere;`}
      >
        {link.href ?? noLink}
      </p>
    </>
  )
}
