/**
 * A button with `data-camera` in a file field opens the phone's camera, and its photo is that field's choice. The field's own input offers
 * gallery and files (and on most phones the camera too): nobody is made to take the one or the other.
 */
const PHOTOS = 'image/*'

/** Kept and in the page: browsers forget, or do not hear, an input that nobody holds. */
let camera: HTMLInputElement | undefined

export function onPhoto(choose: (input: HTMLInputElement, photo: File) => void): void {
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('button[data-camera]') : null
    const input = button?.closest('[data-file-field]')?.querySelector<HTMLInputElement>('input[type="file"]')
    if (!input) return
    camera?.remove()
    camera = makeCamera((photo) => choose(input.isConnected ? input : inputLike(input), photo))
    camera.click()
  })
}

function makeCamera(onTaken: (photo: File) => void): HTMLInputElement {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = PHOTOS
  input.setAttribute('capture', 'environment')
  input.hidden = true
  input.addEventListener('change', (event) => {
    event.stopPropagation()
    if (input.files?.[0]) onTaken(input.files[0])
  })
  document.body.append(input)
  return input
}

/** The page may have changed around the field while the camera was open. */
const inputLike = (input: HTMLInputElement) =>
  document.querySelector<HTMLInputElement>(`input[type="file"][name="${CSS.escape(input.name)}"]`) ?? input
