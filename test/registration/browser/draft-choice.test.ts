import { expect, test } from 'bun:test'
import { axe, openPage } from '#test/support/browser.ts'
import { captain } from '../captain.ts'
import { setStage } from './stage.ts'

const stage = setStage()

test.each([true, false])(
  'a link asks which form to go on with, also without script (script: %p)',
  async (hasScript) => {
    const stranger = captain(stage.app.url)
    await stranger.open()
    await stranger.post('/register/draft', [['teamName', 'Strangers of Salem']])
    const link = `${stage.app.url}/draft/${stranger.token()}`

    const { page, complaints, close } = await openPage(stage.browser, `${stage.app.url}/register`, { hasScript })
    const teamName = page.locator('[name=teamName]')
    await teamName.fill('Kings of Karur')
    await page.getByRole('button', { name: 'Save and go on later' }).click()
    await page.locator('#kept a').waitFor()
    await page.goto(link)
    expect(await page.getByText('Team: Kings of Karur').isVisible()).toBe(true)
    if (hasScript) expect(await axe(page)).toEqual([])
    await page.getByRole('link', { name: 'Go on with this browser’s form' }).click()
    await teamName.waitFor()
    expect(await teamName.inputValue()).toBe('Kings of Karur')

    await page.goto(link)
    await page.getByRole('button', { name: 'Go on with the link’s form' }).click()
    await teamName.waitFor()
    await page.goto(`${stage.app.url}/register`)
    expect(await teamName.inputValue()).toBe('Strangers of Salem')
    expect(complaints).toEqual([])
    await close()
  },
)
