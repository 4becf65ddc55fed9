import { LANGUAGES, judgeTemplatesQuery, useSaveTemplate, type JudgeLanguage, type JudgeTemplate } from '@/api/judging'
import { categoriesQuery } from '@/api/projects'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { useQuery } from '@tanstack/react-query'
import { App, Button, Form, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './judges.module.css'

/** What judges are asked: the general template, and those of categories; saving adds a version. */
export function Templates({ project }: { project: number }) {
  const { t } = useTranslation()
  const [language, setLanguage] = useState<JudgeLanguage>('zh')
  const [category, setCategory] = useState<number | null>(null)
  const categories = useQuery(categoriesQuery(project)).data?.results ?? []
  const query = useQuery(judgeTemplatesQuery(project, language))
  return (
    <Section title={t('judges.tabs.templates')}>
      <p>{t('judges.templateHint')}</p>
      <div className={styles.choices}>
        <Radio.Group
          value={language}
          onChange={(event) => setLanguage(event.target.value as JudgeLanguage)}
          options={LANGUAGES.map((value) => ({ value, label: t(`judges.languages.${value}`) }))}
          aria-label={t('judges.language')}
        />
        <Select
          value={category ?? 0}
          onChange={(chosen) => setCategory(chosen || null)}
          options={[
            { value: 0, label: t('judges.general') },
            ...categories.map(({ id, path }) => ({ value: id, label: path.join(' / ') })),
          ]}
          aria-label={t('judges.templateOf')}
          popupMatchSelectWidth={false}
          style={{ minWidth: 220 }}
          data-testid="template-category"
        />
      </div>
      <QueryView query={query}>
        {({ results }) => {
          const own = results.find((one) => (one.category?.id ?? null) === category)
          const shown = own ?? results[0]
          return (
            shown && (
              <TemplateForm
                key={`${language} ${category} ${shown.version}`}
                project={project}
                category={category}
                template={shown}
                inherited={!own}
              />
            )
          )
        }}
      </QueryView>
    </Section>
  )
}

interface FormProps {
  project: number
  category: number | null
  template: JudgeTemplate
  /** Whether it is another category's, to start from */
  inherited: boolean
}

function TemplateForm({ project, category, template, inherited }: FormProps) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const save = useSaveTemplate(project)
  const { language, text, criteria, version } = template
  const send = (values: Pick<JudgeTemplate, 'text' | 'criteria'>) =>
    save.mutate(
      { ...values, category, language },
      { onSuccess: (saved) => void message.success(t('judges.templateSaved', { version: saved.version })) },
    )
  return (
    <Form layout="vertical" initialValues={{ text, criteria }} onFinish={send} data-testid="template-form">
      <p role="status">
        {inherited
          ? t('judges.templateInherited')
          : version === 0
            ? t('judges.templateShipped')
            : t('judges.templateVersion', { version })}
      </p>
      <Form.Item name="criteria" label={t('judges.criteria')} extra={t('judges.criteriaHint')}>
        <Input.TextArea autoSize={{ minRows: 3, maxRows: 12 }} maxLength={20_000} data-testid="template-criteria" />
      </Form.Item>
      <Form.Item name="text" label={t('judges.templateText')} extra={t('judges.templateTextHint')}>
        <Input.TextArea autoSize={{ minRows: 12, maxRows: 30 }} maxLength={50_000} data-testid="template-text" />
      </Form.Item>
      <Failure error={save.error} kept={t('judges.formKept')} />
      <Button type="primary" htmlType="submit" loading={save.isPending} data-testid="template-save">
        {t('judges.saveVersion')}
      </Button>
    </Form>
  )
}
