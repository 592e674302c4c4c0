/** The service's errors in Chinese: a sentence for each code, and for the messages that vary. */

/** @type {Record<string, string>} by code */
export const CODES = {
  AccessDenied: '没有访问权限。',
  AccessForbidden: '跨域请求不被存储空间的规则允许。',
  AccessKeyIdAndSecurityTokenNotMatch: '安全令牌不属于这个 AccessKey ID。',
  BadRequest: '请求无效。',
  EntityTooLarge: '上传的内容超过大小限制，请直接上传到 S3。',
  EntityTooSmall: '上传的内容小于最小限制。',
  FieldItemTooLong: '表单中有过长的字段。',
  FileAlreadyExists: 'Object 已存在，不能覆盖。',
  ImageDamage: '图片可能已损坏。',
  ImageTooLarge: '图片超过大小限制。',
  'Imm Client': '存储空间没有绑定项目。',
  IncompleteBody: '请求体的长度与 Content-Length 不符。',
  IncorrectNumberOfFilesInPOSTRequest: 'POST 请求必须且只能上传一个文件。',
  InternalError: '服务内部错误，请重试。',
  InvalidAccessKeyId: 'AccessKey ID 不存在。',
  InvalidArgument: '参数无效。',
  InvalidBucketName: '存储空间名称无效。',
  InvalidDigest: 'Content-MD5 无效。',
  InvalidEncryptionAlgorithmError: '不支持这种加密方式。',
  InvalidObjectName: 'Object 名称无效。',
  InvalidObjectState: '当前 Object 状态不允许此操作。',
  InvalidPart: '缺少指定的分片。',
  InvalidPartOrder: '分片没有按升序排列。',
  InvalidPolicyDocument: '表单的 Policy 无效。',
  InvalidRange: '无法满足请求的范围。',
  InvalidRequest: '请求无效。',
  InvalidSecurityToken: '安全令牌无效。',
  MalformedPOSTRequest: 'POST 请求体不是正确的 multipart/form-data。',
  MalformedXML: 'XML 格式错误。',
  MethodNotAllowed: '此资源不支持该方法。',
  MissingArgument: '缺少必要的参数。',
  MissingContentLength: '缺少 Content-Length。',
  NotImplemented: '此功能未实现。',
  NoSuchBucket: '存储空间不存在。',
  NoSuchBucketPolicy: '存储空间没有授权策略。',
  NoSuchCORSConfiguration: '没有跨域规则。',
  NoSuchServerSideEncryptionRule: '存储空间没有加密规则。',
  NoSuchInventory: '存储空间没有清单。',
  NoSuchKey: 'Object 不存在。',
  NoSuchLifecycle: '存储空间没有生命周期规则。',
  NoSuchReplicationConfiguration: '存储空间没有复制规则。',
  NoSuchStyle: '图片样式不存在。',
  NoSuchTask: '任务不存在或已过期。',
  NoSuchTransferAccelerationConfiguration: '存储空间没有传输加速配置。',
  NoSuchUpload: '分片上传不存在。',
  NoSuchVersion: '版本不存在。',
  NoSuchWebsiteConfiguration: '存储空间没有静态网站配置。',
  NoSuchWORMConfiguration: '存储空间没有合规保留策略。',
  PreconditionFailed: '前提条件不满足。',
  RequestTimeTooSkewed: '请求时间与当前时间相差太大。',
  SecondLevelDomainForbidden: '请使用虚拟主机形式访问。',
  SecurityTokenExpired: '安全令牌已过期。',
  ServiceUnavailable: '服务繁忙，请稍后重试。',
  SignatureDoesNotMatch: '签名不匹配，请检查密钥。',
  WatermarkError: '水印图片不存在或无法使用。',
};

/** Messages that vary, with `$1` … for their texts. @type {[RegExp, string][]} */
const MESSAGES = [
  [/^The value of parameter: (.*) is required\.$/, '缺少参数 $1。'],
  [/^Input is not base64 decoding\.$/, '输入不是 base64。'],
  [/^The action: (.*) is not supported\.$/, '不支持操作 $1。'],
  [/^The action: (.*) takes one value\.$/, '操作 $1 只能有一个值。'],
  [/^The action: (.*) is not implemented: .*$/, '操作 $1 未实现：它属于另一产品“智能媒体管理”。'],
  [/^No action is given\.$/, '没有处理操作。'],
  [/^The process value is longer than (\d+) bytes\.$/, '处理参数超过 $1 字节。'],
  [/^Advance cut's position is out of image\.$/, '裁剪位置超出图片。'],
  [/^At most (\d+) different watermark objects can be used\.$/, '最多可以使用 $1 个不同的水印图片。'],
  [/^There is nowhere to load (.*) from\.$/, '无法读取水印图片 $1。'],
  [/^The watermark object (.*) cannot be used: (.*)$/, '无法使用水印图片 $1：$2'],
  [/^Picture exceed the maximum allowable rotation range\.$/, '图片超过允许旋转的大小。'],
  [/^The result would measure (\d+)x(\d+): .*$/, '结果将为 $1 × $2，边长超过限制。'],
  [/^The picture measures (\d+)x(\d+)( in \d+ frames)?: .*$/, '图片为 $1 × $2，超过限制。'],
  [/^The work of the process on this picture .*$/, '对这张图片的处理量超过限制；请先缩小图片。'],
];

const REASONS = /** @type {[RegExp, string][]} */ ([
  [/^Value must be digit$/, '必须是整数'],
  [/^Value must be between (\S+) and (\S+), or between (\S+) and (\S+)$/, '必须在 $1 到 $2 之间，或 $3 到 $4 之间'],
  [/^Value must be between (\S+) and (\S+)$/, '必须在 $1 到 $2 之间'],
  [/^Value must be 0 or 1$/, '必须是 0 或 1'],
  [/^Value must be one of (.*)$/, '必须是 $1 之一'],
  [/^Value must be six hexadecimal digits$/, '必须是六位十六进制数'],
  [/^Value must be at most (\d+) bytes long$/, '最多 $1 字节'],
  [/^Value must be one line of text$/, '必须是一行文字'],
  [/^Value must name an object$/, '必须是 Object 名称'],
  [/^Value must be the only action$/, '必须是唯一的操作'],
  [/^Value must begin with image\/ or style\/$/, '必须以 image/ 或 style/ 开头'],
  [/^Value must not be marked itself$/, '水印图片本身不能再加水印'],
  [/^Value must be prepared by image\/ actions$/, '只能用 image/ 操作预处理'],
  [/^Value of w or h must be greater than 0$/, 'w 或 h 必须大于 0'],
  [/^Value must be 1 to 63 letters, .*$/, '必须是 1 到 63 个字母、数字、_、. 或 -'],
]);

const INVALID = /^The value: (.*) of parameter: (.*?) is invalid\.reason:(.*)$/s;

/** @param {[RegExp, string][]} table @param {string} text */
const lookUp = (table, text) => {
  const found = table.find(([pattern]) => pattern.test(text));
  return found && text.replace(...found);
};

/**
 * Returns the message in Chinese; the sentence of its code where it is not in the tables, with the
 * message after it.
 * @param {string} code
 * @param {string} message
 */
export const translateError = (code, message) => {
  const [, value, name, reason] = INVALID.exec(message) ?? [];
  const translated = reason && lookUp(REASONS, reason);
  if (translated) return `参数 ${name} 的值 ${value} 无效：${translated}。`;
  return lookUp(MESSAGES, message) ?? (CODES[code] ? `${CODES[code]}（${message}）` : message);
};
