import type { Plan } from '@/api/planning'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { InputNumber } from 'antd'
import { useTranslation } from 'react-i18next'
import { FIELD_NAMES, FIELDS, type Field } from './plan'
import styles from './planning.module.css'

interface Props {
  plan: Plan['plan']
  error: unknown
  onChange: (name: Field, value: number | null) => void
}

/** The numbers of a plan; leaving a field, or Enter, has it forecast anew. */
export function PlanForm({ plan, error, onChange }: Props) {
  const { t } = useTranslation()
  return (
    <Section testid="plan-form">
      <p className={styles.hint}>{t('planning.hint')}</p>
      <div className={styles.fields}>
        {FIELD_NAMES.map((name) => (
          <label key={name} className={styles.field} title={t(`planning.about.${name}`)}>
            {t(`planning.field.${name}`)}
            <InputNumber<number>
              // Another answer of the server shows in a field that nobody is typing in.
              key={plan[name]}
              defaultValue={plan[name]}
              min={FIELDS[name].min}
              max={FIELDS[name].max}
              step={FIELDS[name].step}
              changeOnBlur
              onBlur={(event) => changed(event.target.value, plan[name], (value) => onChange(name, value))}
              onPressEnter={(event) =>
                changed(event.currentTarget.value, plan[name], (value) => onChange(name, value))
              }
              onStep={(value) => onChange(name, value)}
              style={{ width: 130 }}
              data-testid={`plan-${name}`}
            />
          </label>
        ))}
      </div>
      <Failure error={error} kept={t('planning.kept')} />
    </Section>
  )
}

function changed(text: string, before: number | undefined, send: (value: number | null) => void): void {
  const value = text.trim() === '' ? null : Number(text)
  if (value !== before && !Number.isNaN(value)) send(value)
}
