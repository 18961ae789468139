/** Our own drawings on a 20 by 20 grid, in strokes of the text's colour. */
const PATHS = {
  alert:
    'M10 6.5v4.2M10 13.6v.1M8.7 3.4 2.3 14.6A1.5 1.5 0 0 0 3.6 17h12.8a1.5 1.5 0 0 0 1.3-2.4L11.3 3.4a1.5 1.5 0 0 0-2.6 0Z',
  arrowDown: 'M10 4v12m5-5-5 5-5-5',
  arrowLeft: 'M16 10H4m5-5-5 5 5 5',
  arrowRight: 'M4 10h12m-5-5 5 5-5 5',
  calendar: 'M3.5 8h13M6.5 2.5v3M13.5 2.5v3M4.5 4h11a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1Z',
  camera:
    'M3.5 6h3l1.5-2h4l1.5 2h3a1 1 0 0 1 1 1v8.5a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1ZM13 11a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z',
  check: 'm4 10.5 4 4 8-9',
  clock: 'M10 5.5V10l3 2M17.5 10a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0Z',
  cross: 'm5 5 10 10M15 5 5 15',
  edit: 'm12.5 4.5 3 3M3.5 16.5l.8-3.6L13.2 4a1.5 1.5 0 0 1 2.1 0l.7.7a1.5 1.5 0 0 1 0 2.1l-8.9 8.9-3.6.8Z',
  file: 'M11.5 2.5H5.5a1 1 0 0 0-1 1v13a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-10l-4-4Zm0 0v4h4',
  hourglass: 'M5 2.5h10M5 17.5h10M6.5 2.5v3L10 10l3.5-4.5v-3M6.5 17.5v-3L10 10l3.5 4.5v3',
  info: 'M10 9.2v4.6M10 6.2v.1M17.5 10a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0Z',
  inbox: 'M2.5 11.5 5 4h10l2.5 7.5v4a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1v-4Zm0 0h4.2L8 13.5h4l1.3-2h4.2',
  plus: 'M10 4v12M4 10h12',
  search: 'm13 13 4 4M14.5 8.8a5.8 5.8 0 1 1-11.5 0 5.8 5.8 0 0 1 11.5 0Z',
  upload: 'M10 13V3.5m-4 4 4-4 4 4M3.5 13.5v2a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1v-2',
  users:
    'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-5.5 7c0-3 2.3-5 5.5-5s5.5 2 5.5 5M13 3.8a3 3 0 0 1 0 5.5M15 12c1.9.7 3 2.3 3 4.5',
} as const

export type IconName = keyof typeof PATHS

/** Decoration beside words, hidden from screen readers: never the only bearer of a meaning. */
export function Icon({ name, class: className = 'icon' }: { name: IconName; class?: string }) {
  return (
    <svg class={className} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
