import type { Role } from '@/api/types'
import { Select } from 'antd'
import { useTranslation } from 'react-i18next'

const ROLES: readonly Role[] = [
  'owner',
  'researcher',
  'annotator',
  'delivery_reviewer',
  'operations_reviewer',
  'research_reviewer',
]

export interface RoleSelectProps {
  label: string
  testid: string
  value?: readonly Role[]
  disabled?: boolean
  onChange?: (roles: Role[]) => void
}

/** Any number of roles. */
export function RoleSelect({ label, testid, value, disabled, onChange }: RoleSelectProps) {
  const { t } = useTranslation()
  return (
    <Select<Role[]>
      mode="multiple"
      value={value ? [...value] : undefined}
      disabled={disabled}
      options={ROLES.map((role) => ({ value: role, label: t(`settings.role.${role}`) }))}
      placeholder={label}
      aria-label={label}
      onChange={onChange}
      style={{ width: '100%', minWidth: 260 }}
      data-testid={testid}
    />
  )
}
