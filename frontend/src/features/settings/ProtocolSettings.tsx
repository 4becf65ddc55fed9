import { ApiError } from '@/api/client'
import { projectQuery, useSaveProject, type Project, type ProjectSettings } from '@/api/projects'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { useQuery } from '@tanstack/react-query'
import { App, Button, Form, Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { NumberSetting } from './NumberSetting'
import { changes, GROUPS, MEASURES, toForm } from './protocol'
import styles from './settings.module.css'

const LANGUAGES = ['zh', 'en']

export function ProtocolSettings({ project }: { project: number }) {
  const query = useQuery(projectQuery(project))
  return <QueryView query={query}>{(found) => <SettingsForm project={found} />}</QueryView>
}

/** The protocol's settings by what they govern. What the server refuses stands at the field. */
export function SettingsForm({ project }: { project: Project }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [form] = Form.useForm<ProjectSettings>()
  const save = useSaveProject(project.id)
  const send = (filled: ProjectSettings) =>
    save.mutate(changes(project, filled), {
      onSuccess: () => void message.success(t('settings.saved')),
      onError: (error) => {
        const fields = refused(error)
        form.setFields(fields)
        if (fields[0]) form.scrollToField(fields[0].name, { block: 'center' })
      },
    })
  return (
    <Form<ProjectSettings>
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={toForm(project)}
      onFinish={send}
      scrollToFirstError
      data-testid="protocol-settings"
    >
      {GROUPS.map(({ name, fields }) => (
        <Section key={name} title={t(`settings.group.${name}`)}>
          <div className={styles.fields}>
            {name === 'agreement' && <MeasureSetting />}
            {fields.map((field) => (
              <NumberSetting key={field.name} {...field} />
            ))}
          </div>
        </Section>
      ))}
      <Section title={t('settings.group.texts')}>
        <Form.Item name="description" label={t('settings.description')}>
          <Input.TextArea autoSize={{ minRows: 1, maxRows: 6 }} maxLength={10_000} data-testid="setting-description" />
        </Form.Item>
        <Form.Item name="languages" label={t('settings.languages.label')} extra={t('settings.languages.hint')}>
          <Select
            mode="tags"
            options={LANGUAGES.map((value) => ({ value, label: t(`settings.languages.names.${value}`) }))}
            data-testid="setting-languages"
          />
        </Form.Item>
      </Section>
      <div className={styles.save}>
        <Failure error={save.error} kept={t('settings.formKept')} />
        <Button type="primary" htmlType="submit" loading={save.isPending} data-testid="settings-save">
          {t('settings.save')}
        </Button>
      </div>
    </Form>
  )
}

/** Which of two verdicts on a pair count as the same. */
function MeasureSetting() {
  const { t } = useTranslation()
  return (
    <Form.Item
      name="agreement_measure"
      label={t('settings.fields.agreement_measure.label')}
      extra={t('settings.fields.agreement_measure.hint')}
    >
      <Select
        options={MEASURES.map((value) => ({ value, label: t(`settings.measure.${value}`) }))}
        data-testid="setting-agreement_measure"
      />
    </Form.Item>
  )
}

/** What the server says of single fields. */
function refused(error: Error): { name: keyof ProjectSettings; errors: string[] }[] {
  const errors = error instanceof ApiError ? error.errors : []
  return errors.map(({ field, message }) => ({ name: field as keyof ProjectSettings, errors: [message] }))
}
