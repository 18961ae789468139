/** Everything that our own scripts do in a browser. Each file has one job, and the pages work without any of them. */
import './sections.ts'
import './submit-once.ts'
import './upload.ts'
