import type { Figures as ProjectFigureValues } from '@/api/prompts'
import { Figure, Figures } from '@/components/Figures'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'

export function ProjectFigures({ figures }: { figures: ProjectFigureValues }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Section title={t('data.figures')} testid="project-figures">
      <Figures>
        <Figure label={t('data.agreementMean')} value={format.percent(figures.agreement_mean)} to="?state=accepted" />
        <Figure label={t('data.belowThreshold')} value={format.integer(figures.below_threshold)} />
        <Figure label={t('data.conflictRate')} value={format.percent(figures.conflict_rate)} to="?state=accepted" />
        <Figure label={t('data.orderedPairs')} value={format.decimal(figures.ordered_pairs_per_prompt)} />
        <Figure label={t('data.tasks')} value={format.integer(figures.tasks)} />
        <Figure label={t('data.annotations')} value={format.integer(figures.annotations)} />
        <Figure label={t('data.comparisons')} value={format.integer(figures.comparisons)} />
      </Figures>
    </Section>
  )
}
