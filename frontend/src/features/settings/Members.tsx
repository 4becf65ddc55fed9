import { membersQuery, useSaveMember, type Member } from '@/api/projects'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { useQuery } from '@tanstack/react-query'
import { Button, Form, Input, Popconfirm, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { RoleSelect, type RoleSelectProps } from './RoleSelect'
import styles from './settings.module.css'

/** Who takes part in the project, and in what roles. Others know a member by the pseudonym only. */
export function Members({ project }: { project: number }) {
  const { t } = useTranslation()
  const query = useQuery(membersQuery(project))
  const save = useSaveMember(project)
  return (
    <QueryView query={query}>
      {({ results }) => (
        <Section title={t('settings.members', { count: results.length })} testid="members">
          <AddMember project={project} />
          <Failure error={save.error} />
          <Table<Member>
            size="small"
            rowKey="id"
            pagination={false}
            dataSource={results}
            columns={[
              { title: t('settings.name'), dataIndex: 'name' },
              { title: t('settings.username'), render: (_, member) => <code>{member.username}</code> },
              { title: t('settings.pseudonym'), dataIndex: 'pseudonym' },
              {
                title: t('settings.roles'),
                width: '50%',
                render: (_, member) => (
                  <RoleSelect
                    value={member.roles}
                    label={t('settings.rolesOf', { name: member.name })}
                    disabled={save.isPending}
                    // No role at all would take the person out, which is what the button beside is for.
                    onChange={(roles) => roles.length > 0 && save.mutate({ username: member.username, roles })}
                    testid={`roles-${member.username}`}
                  />
                ),
              },
              {
                render: (_, member) => (
                  <Popconfirm
                    title={t('settings.removeSure', { name: member.name })}
                    okText={t('settings.remove')}
                    onConfirm={() => save.mutate({ username: member.username, roles: [] })}
                  >
                    <Button type="link" danger size="small" data-testid={`remove-${member.username}`}>
                      {t('settings.remove')}
                    </Button>
                  </Popconfirm>
                ),
              },
            ]}
          />
        </Section>
      )}
    </QueryView>
  )
}

interface NewMember {
  username: string
  roles: RoleSelectProps['value']
}

function AddMember({ project }: { project: number }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<NewMember>()
  const add = useSaveMember(project)
  const send = ({ username, roles }: NewMember) =>
    add.mutate({ username: username.trim(), roles: [...(roles ?? [])] }, { onSuccess: () => form.resetFields() })
  return (
    <Form<NewMember> form={form} layout="inline" onFinish={send} className={styles.add}>
      <Form.Item name="username" rules={[{ required: true, whitespace: true, message: t('settings.usernameNeeded') }]}>
        <Input placeholder={t('settings.username')} aria-label={t('settings.username')} data-testid="member-username" />
      </Form.Item>
      <Form.Item name="roles" rules={[{ required: true, message: t('settings.rolesNeeded') }]} className={styles.grow}>
        <RoleSelect label={t('settings.roles')} testid="member-roles" />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={add.isPending} data-testid="member-add">
        {t('settings.add')}
      </Button>
      <Failure error={add.error} kept={t('settings.formKept')} />
    </Form>
  )
}
