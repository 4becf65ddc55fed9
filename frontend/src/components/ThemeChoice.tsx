import { chooseTheme, THEMES, useThemeChoice } from '@/lib/theme'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './ThemeChoice.module.css'

/** Light, dark, or as the system says; remembered in this browser. */
export function ThemeChoice({ hint }: { hint?: React.ReactNode }) {
  const { t } = useTranslation()
  const chosen = useThemeChoice()
  const group = useId()
  return (
    <fieldset className={styles.choice} data-testid="theme">
      <legend>
        {t('look.theme.title')} {hint}
      </legend>
      {THEMES.map((theme) => (
        <label key={theme}>
          <input
            type="radio"
            name={group}
            checked={theme === chosen}
            onChange={() => chooseTheme(theme)}
            data-testid={`theme-${theme}`}
          />
          {t(`look.theme.${theme}`)}
        </label>
      ))}
    </fieldset>
  )
}
