import { projectQuery, useSaveProject, type Project, type ProjectSettings } from '@/api/projects'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { useQuery } from '@tanstack/react-query'
import { App, Button, Form, Input, InputNumber, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { changes, toForm } from './protocol'
import styles from './settings.module.css'

/** The numbers of the form with their ranges; shares are in percent. */
const NUMBERS = [
  { name: 'responses_per_task', min: 3, max: 5, percent: false },
  { name: 'passes', min: 1, max: 5, percent: false },
  { name: 'agreement_threshold', min: 0, max: 100, percent: true },
  { name: 'lease_minutes', min: 1, max: 1440, percent: false },
  { name: 'daily_target', min: 0, max: 10_000, percent: false },
  { name: 'delivery_share', min: 0, max: 100, percent: true },
  { name: 'operations_share', min: 0, max: 100, percent: true },
  { name: 'research_share', min: 0, max: 100, percent: true },
] as const

const LANGUAGES = ['zh', 'en']

export function ProtocolSettings({ project }: { project: number }) {
  const query = useQuery(projectQuery(project))
  return <QueryView query={query}>{(found) => <SettingsForm project={found} />}</QueryView>
}

function SettingsForm({ project }: { project: Project }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const save = useSaveProject(project.id)
  const send = (form: ProjectSettings) =>
    save.mutate(changes(project, form), { onSuccess: () => void message.success(t('settings.saved')) })
  return (
    <Section title={project.name} testid="protocol-settings">
      <Form<ProjectSettings> layout="vertical" initialValues={toForm(project)} onFinish={send}>
        <Form.Item name="description" label={t('settings.description')}>
          <Input.TextArea autoSize={{ minRows: 1, maxRows: 6 }} maxLength={10_000} data-testid="setting-description" />
        </Form.Item>
        <div className={styles.fields}>
          {NUMBERS.map(({ name, min, max, percent }) => (
            <Form.Item
              key={name}
              name={name}
              label={t(`settings.fields.${name}.label`)}
              extra={t('settings.hintWithRange', { hint: t(`settings.fields.${name}.hint`), min, max })}
              rules={[{ required: true, message: t('settings.needed') }]}
            >
              <InputNumber
                min={min}
                max={max}
                precision={percent ? undefined : 0}
                suffix={percent ? '%' : undefined}
                data-testid={`setting-${name}`}
              />
            </Form.Item>
          ))}
          <Form.Item name="languages" label={t('settings.languages.label')} extra={t('settings.languages.hint')}>
            <Select
              mode="tags"
              options={LANGUAGES.map((value) => ({ value, label: t(`settings.languages.names.${value}`) }))}
              data-testid="setting-languages"
            />
          </Form.Item>
        </div>
        <Failure error={save.error} kept={t('settings.formKept')} />
        <Button type="primary" htmlType="submit" loading={save.isPending} data-testid="settings-save">
          {t('settings.save')}
        </Button>
      </Form>
    </Section>
  )
}
