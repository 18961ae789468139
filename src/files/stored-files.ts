import type { Queryable } from '#src/db/client.ts'
import type { StoredName } from './copies-store.ts'
import type { HostName } from './host.ts'
import { PICTURE_SIZES, pictureName } from './picture-name.ts'

/** Where a file may be kept. */
export type Place = 'disk' | HostName
/** A file or a picture drawn of one. Of a picture nobody knows the digest. */
export type StoredFile = StoredName & { fileId: string; digest: Buffer | undefined }

type Row = StoredName & { fileId: string; digest: Buffer; hasPictures: boolean }

const FILES_A_PAGE = 50

/** Every file of the installation with its pictures, a page at a time, the oldest first. */
export async function* pagesOfFiles(sql: Queryable): AsyncGenerator<StoredFile[]> {
  let last = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const rows: Row[] = await sql<Row[]>`
      select id as "fileId", tournament_id as "tournamentId", name, digest, likeness is not null as "hasPictures"
      from files where id > ${last} order by id limit ${FILES_A_PAGE}`
    if (rows.length === 0) return
    last = rows.at(-1)!.fileId
    yield rows.flatMap(withPictures)
  }
}

const withPictures = ({ fileId, tournamentId, name, digest, hasPictures }: Row): StoredFile[] => [
  { fileId, tournamentId, name, digest },
  ...(hasPictures ? PICTURE_SIZES : []).map((size) => ({
    fileId,
    tournamentId,
    name: pictureName(name, size),
    digest: undefined,
  })),
]

export type Amount = { files: number; bytes: number; pictures: number }

/** All files, and those that are not where they are to be. Pictures are not looked up one by one. */
export async function countFiles(sql: Queryable, to: Place): Promise<{ all: Amount; elsewhere: Amount }> {
  const [row] = await sql<{ all: Amount; elsewhere: Amount }[]>`
    with known as (
      select bytes, likeness is not null as "hasPictures", coalesce((
        select c.host from file_copies c where c.tournament_id = f.tournament_id and c.name = f.name and c.state <> 'leaving'
        order by c.state limit 1), 'disk') <> ${to} as "isElsewhere"
      from files f)
    select ${amount(sql, sql`true`)} as all, ${amount(sql, sql`"isElsewhere"`)} as elsewhere from known`
  return row!
}

const amount = (sql: Queryable, which: ReturnType<Queryable>) => sql`
  jsonb_build_object('files', count(*) filter (where ${which}), 'bytes', coalesce(sum(bytes) filter (where ${which}), 0),
    'pictures', ${PICTURE_SIZES.length}::int * count(*) filter (where "hasPictures" and ${which}))`
