import { originOf } from './checks.ts'
import { checkFolder, checkHostAddress } from './files.ts'
import { oneOf, type Setting, text, textOr, whole } from './setting.ts'

/** Where files are kept; a part of the table of settings. */
export const FILE_SETTINGS = {
  file_store: {
    schema: oneOf(['disk', 'cloudinary', 's3'], 'disk'),
    does: 'Where files are kept: in the data directory, or at a host, to which they go after they were received there.',
  },
  file_store_folder: {
    schema: textOr('teamsheet', 'a path'),
    check: checkFolder,
    does: 'Folder of the account or bucket under which files are kept; each installation needs its own.',
  },
  file_spool_size: {
    schema: whole(20_480, 100, 10_000_000, 'MB'),
    does: 'Size of the files that may wait here for their host; while so much waits, no more are taken.',
  },
  cloudinary_cloud_name: { schema: text(), does: 'Cloudinary account, for files kept there.' },
  cloudinary_api_key: { schema: text(), secret: true, does: 'Cloudinary key.' },
  cloudinary_api_secret: { schema: text(), secret: true, does: 'Cloudinary secret.' },
  cloudinary_upload_prefix: {
    schema: textOr('https://api.cloudinary.com', 'an https address'),
    check: checkHostAddress,
    tidy: originOf,
    does: 'Where Cloudinary is spoken to; accounts in Europe have https://api-eu.cloudinary.com.',
  },
  s3_endpoint: {
    schema: text('an https address'),
    check: checkHostAddress,
    tidy: originOf,
    does: 'Where an S3-compatible store is spoken to; without it, Amazon’s in S3_REGION.',
  },
  s3_region: { schema: textOr('us-east-1'), does: 'Region of the bucket.' },
  s3_bucket: { schema: text(), does: 'Bucket, for files kept there.' },
  s3_access_key_id: { schema: text(), secret: true, does: 'Key of the bucket.' },
  s3_secret_access_key: { schema: text(), secret: true, does: 'Secret of the bucket’s key.' },
  file_host_timeout: {
    schema: whole(30, 1, 600, 'seconds'),
    does: 'Time for one file on its way to or from its host; a slow line needs more.',
  },
} as const satisfies Record<string, Setting>
