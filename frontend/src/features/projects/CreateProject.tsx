import { useCreateProject } from '@/api/projects'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { Button, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'

interface Values {
  name: string
  description?: string
}

/** A new project; whoever creates it owns it. */
export function CreateProject() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const create = useCreateProject()
  const send = ({ name, description = '' }: Values) =>
    create.mutate(
      { name: name.trim(), description: description.trim() },
      { onSuccess: (project) => void navigate(`/p/${project.id}/prompts`) },
    )
  return (
    <Section title={t('projects.create')} testid="create-project">
      <Form<Values> layout="inline" onFinish={send}>
        <Form.Item name="name" rules={[{ required: true, whitespace: true, message: t('projects.nameNeeded') }]}>
          <Input
            maxLength={200}
            placeholder={t('projects.name')}
            aria-label={t('projects.name')}
            data-testid="project-name-field"
          />
        </Form.Item>
        <Form.Item name="description" style={{ flex: 1 }}>
          <Input
            maxLength={10_000}
            placeholder={t('projects.description')}
            aria-label={t('projects.description')}
            data-testid="project-description"
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={create.isPending} data-testid="project-create">
          {t('projects.create')}
        </Button>
      </Form>
      <Failure error={create.error} kept={t('projects.formKept')} />
    </Section>
  )
}
