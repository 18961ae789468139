import { m } from '#messages'
import type { Role } from '#src/permissions.ts'

const ROLES: Record<Role, () => string> = {
  viewer: m.staff_role_viewer,
  reviewer: m.staff_role_reviewer,
  admin: m.staff_role_admin,
  owner: m.staff_role_owner,
}

export const roleWord = (role: Role): string => ROLES[role]()
