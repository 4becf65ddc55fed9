import { colleagueSettingQuery, useSetColleague, type ColleagueSetting } from '@/api/colleague'
import { Failure } from '@/components/Failure'
import { QueryView } from '@/components/QueryView'
import { useQuery } from '@tanstack/react-query'
import { Button, Form, InputNumber } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './colleague.module.css'

interface Field {
  name: keyof ColleagueSetting
  min: number
  max: number
  /** Read and written as a percentage; a share of 1 in the API */
  percent?: boolean
}

interface Props {
  project: number
  fields: readonly Field[]
}

/** How a project works with its model: the settings that matter to one page, from the next run on. */
export function SettingFields({ project, fields }: Props) {
  const query = useQuery(colleagueSettingQuery(project))
  return <QueryView query={query}>{(setting) => <Fields project={project} fields={fields} setting={setting} />}</QueryView>
}

function Fields({ project, fields, setting }: Props & { setting: ColleagueSetting }) {
  const { t } = useTranslation()
  const save = useSetColleague(project)
  const shown = (field: Field) => (field.percent ? Math.round(setting[field.name] * 1000) / 10 : setting[field.name])
  const change = (values: Record<string, number>) =>
    save.mutate(
      Object.fromEntries(fields.map(({ name, percent }) => [name, percent ? (values[name] ?? 0) / 100 : values[name]])),
    )
  return (
    <Form<Record<string, number>>
      className={styles.fields}
      initialValues={Object.fromEntries(fields.map((field) => [field.name, shown(field)]))}
      onFinish={change}
    >
      {fields.map(({ name, min, max, percent }) => (
        <Form.Item
          key={name}
          name={name}
          label={t(`colleague.setting.${name}`)}
          rules={[{ required: true, message: t('colleague.needed') }]}
        >
          <InputNumber min={min} max={max} suffix={percent ? '%' : undefined} data-testid={`setting-${name}`} />
        </Form.Item>
      ))}
      <Button htmlType="submit" loading={save.isPending} data-testid="setting-save">
        {t('colleague.save')}
      </Button>
      <Failure error={save.error} />
    </Form>
  )
}
