import { ApiError } from '@/api/client'
import { projectQuery, useSaveProject, type Project } from '@/api/projects'
import { Failure } from '@/components/Failure'
import { QueryView } from '@/components/QueryView'
import { useQuery } from '@tanstack/react-query'
import { App, Button, Form } from 'antd'
import { useTranslation } from 'react-i18next'
import { FaultKinds } from './FaultKinds'
import { MaskNames } from './MaskNames'
import { changedLists, placeOf, toMarking, type Marking } from './marking'
import styles from './settings.module.css'

export function MarkingSettings({ project }: { project: number }) {
  const query = useQuery(projectQuery(project))
  return <QueryView query={query}>{(found) => <MarkingForm project={found} />}</QueryView>
}

/** What annotators mark faults with, and which names are hidden from them. What the server refuses stands at the field. */
export function MarkingForm({ project }: { project: Project }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [form] = Form.useForm<Marking>()
  const save = useSaveProject(project.id)
  const send = (filled: Marking) =>
    save.mutate(changedLists(project, filled), {
      onSuccess: (saved) => {
        form.setFieldsValue(toMarking(saved))
        void message.success(t('settings.saved'))
      },
      onError: (error) => {
        const fields = refused(error)
        // The form knows its places by name only at run time.
        form.setFields(fields as Parameters<typeof form.setFields>[0])
        if (fields[0]) form.scrollToField(fields[0].name, { block: 'center' })
      },
    })
  return (
    <Form<Marking>
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={toMarking(project)}
      onFinish={send}
      scrollToFirstError
      data-testid="marking-settings"
    >
      <FaultKinds />
      <MaskNames />
      <div className={styles.save}>
        <Failure error={save.error} kept={t('settings.formKept')} />
        <Button type="primary" htmlType="submit" loading={save.isPending} data-testid="marking-save">
          {t('settings.save')}
        </Button>
      </div>
    </Form>
  )
}

/** What the server says of single fields, all that it says of one field together. */
function refused(error: Error): { name: (string | number)[]; errors: string[] }[] {
  const errors = error instanceof ApiError ? error.errors : []
  const places = new Map<string, { name: (string | number)[]; errors: string[] }>()
  for (const { field, message } of errors) {
    const name = placeOf(field)
    const at = places.get(name.join('.'))
    if (at) at.errors.push(message)
    else places.set(name.join('.'), { name, errors: [message] })
  }
  return [...places.values()]
}
