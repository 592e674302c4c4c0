/** The steps of a process as a list of forms, which buttons, keys and dragging reorder. */

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { fieldId } from '../process/check.js';
import { GROUPS } from '../process/declarations.js';
import { addCrop, addStep, moveStep, removeStep, setArguments } from '../state/steps.js';
import { editOnPicture } from '../state/loader.js';
import { changeView, getView } from '../state/store.js';
import { inLanguage, t } from '../words/index.js';
import { fieldView } from './fields.js';
import { icons } from './icons.js';

/** @typedef {import('../process/text.js').Step} Step */
/** @typedef {import('../process/declarations.js').Operation} Operation */
/** @typedef {import('../process/declarations.js').Parameter} Parameter */

/**
 * @typedef {object} StepList
 * @property {readonly Step[]} steps
 * @property {import('../process/declarations.js').Operations} operations that may be added
 * @property {string} path prefix of the ids of its fields; empty for the process itself
 * @property {(id: string) => string} errorOf sentence of a field's error
 * @property {(steps: Step[], label?: string) => void} change
 */

/** Operations that can be edited on the picture. */
const ON_PICTURE = new Set(['crop', 'watermark']);

/** @type {{path: string, index: number} | null} the step that is being dragged */
let dragged = null;

/** @param {StepList} list @returns {import('../vendor/lit-html/lit-html.js').TemplateResult} */
export const stepList = (list) => html`
  ${list.steps.length ? html`
    <ol class="steps">${list.steps.map((step, index) => stepCard(list, step, index))}</ol>` : nothing}
  ${addMenu(list)}`;

/** @param {StepList} list @param {string} name */
const labelOf = (list, name) => {
  const operation = list.operations.get(name);
  return operation ? inLanguage(operation.label) : name;
};

/** @param {StepList} list @param {Step} step @param {number} index */
const stepCard = (list, step, index) => {
  const operation = list.operations.get(step.name);
  if (!operation) return nothing;
  const label = labelOf(list, step.name);
  const id = `${list.path}step${index}`;
  return html`
    <li class="step" id=${id} data-name=${step.name}
      @keydown=${(/** @type {KeyboardEvent} */ event) => moveByKey(list, index, event)}
      @dragover=${(/** @type {DragEvent} */ event) => {
        if (dragged?.path !== list.path) return;
        event.preventDefault();
        event.stopPropagation();
      }}
      @drop=${(/** @type {DragEvent} */ event) => drop(list, index, event)}>
      <header>
        <span class="grip" draggable="true" title=${t('step.drag')}
          @dragstart=${(/** @type {DragEvent} */ event) => drag(list, index, event)}
          @dragend=${() => { dragged = null; }}>${icons.grip}</span>
        <h3>${label} <code>${step.name}</code></h3>
        ${ON_PICTURE.has(step.name) && !list.path ? handleButton(index) : nothing}
        ${iconButton(icons.up, t('step.up', { step: label }), `${id}-up`, index > 0,
          () => move(list, index, index - 1, 'up'))}
        ${iconButton(icons.down, t('step.down', { step: label }), `${id}-down`,
          index < list.steps.length - 1, () => move(list, index, index + 1, 'down'))}
        ${iconButton(icons.close, t('step.remove', { step: label }), `${id}-remove`, true,
          () => remove(list, index))}
      </header>
      ${stepBody(list, operation, step, index)}
    </li>`;
};

/**
 * @param {unknown} icon @param {string} label @param {string} id
 * @param {boolean} enabled @param {() => void} click
 */
const iconButton = (icon, label, id, enabled, click) => html`
  <button type="button" class="icon" id=${id} aria-label=${label} title=${label}
    ?disabled=${!enabled} @click=${click}>${icon}</button>`;

/** @param {number} index */
const handleButton = (index) => {
  const active = getView().handle === index;
  return html`
    <button type="button" class="icon" id="step${index}-handle" aria-label=${t('step.on-picture')}
      title=${t('step.on-picture')} aria-pressed=${active ? 'true' : 'false'}
      @click=${() => editOnPicture(active ? null : index)}>${icons.move}</button>`;
};

/** @param {StepList} list @param {Operation} operation @param {Step} step @param {number} index */
const stepBody = (list, operation, step, index) => {
  const fields = (/** @type {Parameter[]} */ parameters) => html`
    <div class="fields">${parameters.map((each) => stepField(list, step, index, each))}</div>`;
  if (!operation.parameters.length) return html`<p class="note">${inLanguage(operation.doc)}</p>`;
  if (!operation.sections) return fields(operation.parameters);
  const { sections } = operation;
  return sections.map(({ label, keys }, position) => {
    const isOpen = position === 0 || keys.some((key) =>
      step.arguments[key] !== undefined || list.errorOf(fieldId(list.path, index, key)));
    const parameters = operation.parameters.filter(({ key }) => keys.includes(key));
    return html`
      <details ?open=${isOpen}>
        <summary>${inLanguage(label)}</summary>
        ${fields(parameters)}
      </details>`;
  });
};

/** @param {StepList} list @param {Step} step @param {number} index @param {Parameter} parameter */
const stepField = (list, step, index, parameter) => {
  const id = fieldId(list.path, index, parameter.key);
  return fieldView({
    id,
    parameter,
    value: step.arguments[parameter.key],
    error: list.errorOf(id),
    errorOf: list.errorOf,
    change: (value) =>
      list.change(setArguments(list.steps, index, { [parameter.key]: value }), id),
  });
};

/** @param {StepList} list */
const addMenu = (list) => {
  const operations = [...new Set(list.operations.values())];
  return html`
    <details class="add" id="${list.path}add">
      <summary>${icons.add} ${t('step.add')}</summary>
      ${GROUPS.map((group) => {
        const members = operations.filter((operation) => operation.group === group);
        return members.length ? html`
          <p class="heading" id="${list.path}group-${group}">${t(`group.${group}`)}</p>
          <div class="menu" role="group" aria-labelledby="${list.path}group-${group}">
            ${members.map((operation) => html`
              <button type="button" data-add=${operation.name} title=${inLanguage(operation.doc)}
                @click=${(/** @type {Event} */ event) => add(list, operation.name, event)}>
                ${inLanguage(operation.label)}
              </button>`)}
          </div>` : nothing;
      })}
    </details>`;
};

/** Moves the focus after the next render. @param {string} id */
const focusSoon = (id) => requestAnimationFrame(() => document.getElementById(id)?.focus());

/** @param {StepList} list @param {string} name @param {Event} event */
const add = (list, name, event) => {
  const menu = /** @type {Element} */ (event.target).closest('details');
  if (menu) menu.open = false;
  const { result, handle } = getView();
  const onPicture = name === 'crop' && !list.path && result?.url && handle === null;
  const steps = onPicture ? addCrop(list.steps, result) : addStep(list.steps, name, list.path !== '');
  list.change(steps);
  const index = steps.length - 1;
  // A crop begins as a box on the picture that is shown.
  if (onPicture) editOnPicture(index);
  const parameters = list.operations.get(name)?.parameters ?? [];
  const first = parameters.find(({ key }) => steps[index]?.arguments[key] !== undefined);
  requestAnimationFrame(() => {
    document.getElementById(`${list.path}step${index}`)?.scrollIntoView({ block: 'nearest' });
    const id = first ? fieldId(list.path, index, first.key) : `${list.path}step${index}-remove`;
    document.getElementById(id)?.focus({ preventScroll: true });
  });
};

/**
 * @param {StepList} list @param {number} from @param {number} to
 * @param {string} button that keeps the focus
 */
const move = (list, from, to, button) => {
  const name = list.steps[from]?.name ?? '';
  if (to < 0 || to >= list.steps.length) return;
  list.change(moveStep(list.steps, from, to));
  changeView({ notice: t('step.moved', { step: labelOf(list, name), number: to + 1 }) });
  const edge = to === 0 ? 'down' : to === list.steps.length - 1 ? 'up' : button;
  focusSoon(`${list.path}step${to}-${edge}`);
};

/** @param {StepList} list @param {number} index @param {KeyboardEvent} event */
const moveByKey = (list, index, event) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!event.altKey || !step) return;
  event.preventDefault();
  event.stopPropagation();
  move(list, index, index + step, step < 0 ? 'up' : 'down');
};

/** @param {StepList} list @param {number} index */
const remove = (list, index) => {
  const name = list.steps[index]?.name ?? '';
  list.change(removeStep(list.steps, index));
  changeView({ notice: t('step.removed', { step: labelOf(list, name) }) });
  requestAnimationFrame(() => {
    const next = document.getElementById(`${list.path}step${Math.max(0, index - 1)}-remove`);
    const add = document.getElementById(`${list.path}add`)?.querySelector('summary');
    (next ?? add)?.focus();
  });
};

/** @param {StepList} list @param {number} index @param {DragEvent} event */
const drag = (list, index, event) => {
  dragged = { path: list.path, index };
  const card = /** @type {Element} */ (event.target).closest('li');
  event.dataTransfer?.setData('text/plain', list.steps[index]?.name ?? '');
  if (card) event.dataTransfer?.setDragImage(card, 12, 12);
};

/** @param {StepList} list @param {number} index @param {DragEvent} event */
const drop = (list, index, event) => {
  if (dragged?.path !== list.path) return;
  event.preventDefault();
  event.stopPropagation();
  list.change(moveStep(list.steps, dragged.index, index));
  dragged = null;
};
