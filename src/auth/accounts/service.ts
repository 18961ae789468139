export { deleteEndedStaffLinks, staffLinkMakers } from './links.ts'
export { listAllAccounts } from './read.ts'
export { issueReset, setPasswordOf } from './reset.ts'
export { disableAccount, enableAccount, removeFactorsOf } from './rights.ts'
