import { modelsQuery } from '@/api/models'
import { usePromote } from '@/api/promotions'
import { Failure } from '@/components/Failure'
import { modelName } from '@/components/models/modelName'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Form, Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'

interface Props {
  project: number
  model: number | null
  onDone: () => void
}

interface Values {
  model: number
  reason: string
}

/** Makes a measured model the current one, with a reason; an older one, too. */
export function PromoteForm({ project, model, onDone }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const promote = usePromote(project)
  const models = useInfiniteQuery(modelsQuery(project))
  const measured = models.data?.pages.flatMap((page) => page.results).filter(({ evaluations }) => evaluations.length > 0)
  return (
    <Section title={t('promotion.byHandTitle')} testid="promote-form">
      <Form<Values>
        layout="vertical"
        initialValues={{ model: model ?? undefined, reason: '' }}
        onFinish={(values) => promote.mutate(values, { onSuccess: onDone })}
      >
        <Form.Item name="model" label={t('promotion.model')} rules={[{ required: true, message: t('promotion.modelNeeded') }]}>
          <Select
            loading={models.isPending}
            options={measured?.map((one) => ({
              value: one.id,
              label: t('promotion.option', {
                name: modelName(one, t),
                overall: format.score(one.evaluations.at(-1)?.overall),
              }),
            }))}
            notFoundContent={t('promotion.noModels')}
            data-testid="promote-model"
          />
        </Form.Item>
        <Form.Item
          name="reason"
          label={t('promotion.reason')}
          rules={[{ required: true, whitespace: true, message: t('promotion.reasonNeeded') }]}
        >
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={2000} data-testid="promote-reason" />
        </Form.Item>
        <Failure error={promote.error} />
        <Button type="primary" htmlType="submit" loading={promote.isPending} data-testid="promote">
          {t('promotion.promote')}
        </Button>
      </Form>
    </Section>
  )
}
