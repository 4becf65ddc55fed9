import { createContext } from 'react'

/** Whether a page's title stands above; what stands alone is the title itself. */
export const InPage = createContext(false)
