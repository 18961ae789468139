/** All that our own scripts do in a browser: each file has one job, and every page works without any of them. */
import './error-summary.ts'
import './keep-typed.ts'
import './request-status.ts'
import './save-status.ts'
import './sections.ts'
import './send-after-uploads.ts'
import './submit-once.ts'
import './upload.ts'
