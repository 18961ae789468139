import { m } from '#messages'
import type { Backlog } from '#src/files/copies-store.ts'
import type { DependencyStatus } from '#src/lib/dependency.ts'
import type { ServerFacts } from '#src/system/model.ts'
import { DescriptionList } from '#views/parts/description-list.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { gigabytes, megabytes, whole } from './words.ts'

const PLACES = { disk: m.system_files_disk, cloudinary: m.system_files_cloudinary, s3: m.system_files_s3 }

export type FileListProps = {
  files: ServerFacts['files']
  dependencies: DependencyStatus[]
  now: Date
  timeZone: string
}

/** Where files are kept, and what is on its way there. */
export function FileList({ files, dependencies, now, timeZone }: FileListProps) {
  const { store, waiting, leaving, spoolBytesMax } = files
  const place = { term: m.system_files_place(), value: PLACES[store]() }
  if (store === 'disk' && !waiting && !leaving) return <DescriptionList items={[place]} />
  // While the host is left alone nothing is tried, whenever a file is due.
  const nextTryAt = dependencies.find(({ name }) => name === store)?.nextTryAt ?? waiting?.nextTryAt
  return (
    <DescriptionList
      items={[
        place,
        {
          term: m.system_files_waiting_term(),
          value: waiting ? (
            <Amount
              text={m.system_files_waiting({
                count: whole(waiting.files),
                size: megabytes(waiting.bytes),
                max: gigabytes(spoolBytesMax),
              })}
              backlog={waiting}
              timeZone={timeZone}
            />
          ) : (
            m.system_files_none()
          ),
        },
        ...(waiting
          ? [
              {
                term: m.system_next_try(),
                value:
                  nextTryAt && nextTryAt > now ? (
                    <Moment at={nextTryAt} timeZone={timeZone} />
                  ) : (
                    m.system_files_next_due()
                  ),
              },
            ]
          : []),
        {
          term: m.system_files_leaving_term(),
          value: leaving ? (
            <Amount
              text={m.system_files_leaving({ count: whole(leaving.files) })}
              backlog={leaving}
              timeZone={timeZone}
            />
          ) : (
            m.system_files_none()
          ),
        },
      ]}
    />
  )
}

function Amount({ text, backlog, timeZone }: { text: string; backlog: Backlog; timeZone: string }) {
  return (
    <>
      {text}, {m.system_files_since()} <Moment at={backlog.since} timeZone={timeZone} />
    </>
  )
}
